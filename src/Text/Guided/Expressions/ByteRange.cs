namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Bytes from one to another, both included.</summary>
internal readonly record struct ByteRange(byte Low, byte High);
