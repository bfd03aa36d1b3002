using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Quantized;

/// <summary>Quantizes matrices and stores them as one format does, by loops that share nothing with the worker.</summary>
internal interface IMatrixWriter
{
    /// <summary>What config.json says of it.</summary>
    JsonObject Config { get; }

    /// <summary>Stores a matrix in parts, in place of <c>module.weight</c>.</summary>
    /// <param name="matrix">[outputs, inputs]</param>
    /// <returns>What the parts stand for.</returns>
    Matrix Write(CheckpointFile file, string module, Matrix matrix);
}
