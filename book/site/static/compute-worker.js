// Python in a thread of its own, for compute.js; every file comes from this site.
const { python, lock, files } = Object.fromEntries(new URLSearchParams(location.search));
const home = new URL(python, location).href;
const tell = (progress) => postMessage({ progress });

const seconds = () => Math.round(performance.now() / 1000);
let ready;
let arrived = 0;
const get = fetch;
self.fetch = async (...what) => {
  const response = await get(...what);
  arrived += 1;
  tell(`Loading Python, 46 MB, once: file ${arrived} of ${files}`);
  return response;
};

async function start() {
  tell("Loading Python, 46 MB, once");
  importScripts(`${home}pyodide.js`);
  const pyodide = await loadPyodide({
    indexURL: home,
    lockFileURL: home + lock,
    packages: ["lmgcav"],
    env: { HOME: "/home/pyodide", MPLBACKEND: "agg", LMGCAV_IN_PAGE: "1" },
  });
  const loaded = seconds();
  tell("Starting Python");
  const page = pyodide.pyimport("in_browser").page();
  ready = `Python was ready after ${seconds()} s, ${loaded} s of them to load it.`;
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
