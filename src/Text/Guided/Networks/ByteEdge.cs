namespace LmDeploy.Text.Guided.Networks;

/// <summary>A way to another node over one byte of a range, both ends included.</summary>
internal readonly record struct ByteEdge(byte Low, byte High, int To);
