"""What makes a companion to the paper out of the physics: sliders, checks, drawings, tables."""
