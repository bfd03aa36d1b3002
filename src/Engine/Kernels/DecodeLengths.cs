namespace LmDeploy.Engine.Kernels;

/// <summary>Where the sequences of a decode step have their tokens; device addresses of int32.</summary>
/// <param name="Lengths">[rows]; 0 for a row that is not used.</param>
/// <param name="Tables">[rows, width]: numbers of cache blocks.</param>
/// <param name="Layout">[1]: the width.</param>
internal readonly record struct DecodeLengths(nint Lengths, nint Tables, nint Layout);
