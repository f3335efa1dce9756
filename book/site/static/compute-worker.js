// Python in a thread of its own, for compute.js; every file comes from this site.
const { python, lock, files, megabytes } = Object.fromEntries(new URLSearchParams(location.search));
const home = new URL(python, location).href;
const tell = (progress) => postMessage({ progress });

const loading = `Loading Python, ${megabytes} MB, once`;
const seconds = (milliseconds) => `${(milliseconds / 1000).toPrecision(2)} s`;
let ready;
let arrived = 0;
const get = fetch;
self.fetch = async (...what) => {
  const response = await get(...what);
  arrived += 1;
  tell(`${loading}: file ${arrived} of ${files}`);
  return response;
};

async function start() {
  tell(loading);
  importScripts(`${home}pyodide.js`);
  const pyodide = await loadPyodide({
    indexURL: home,
    lockFileURL: home + lock,
    packages: ["lmgcav"],
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg", LMGCAV_IN_PAGE: "1" },
  });
  const unpacked = performance.now();
  tell("Starting Python");
  const page = pyodide.pyimport("in_browser").page();
  const here = Math.max(...performance.getEntriesByType("resource").map((file) => file.responseEnd));
  ready = `Python was ready after ${seconds(performance.now())}: its files were here after ` +
    `${seconds(here)} and unpacked after ${seconds(unpacked)}; the rest is the import of packages.`;
  return page;
}

const started = start();
let queue = started;
onmessage = ({ data: { id, call, parameters } }) => {
  queue = queue.catch(() => {}).then(async () => {
    try {
      const page = await started;
      tell("Computing");
      postMessage({ id, ready, ...JSON.parse(page[call](JSON.stringify(parameters))) });
    } catch (error) {
      postMessage({ id, error: `Python could not be loaded or broke off: ${error.message}` });
    }
  });
};
