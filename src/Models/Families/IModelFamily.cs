using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>One architecture of Hugging Face: what its config.json means.</summary>
internal interface IModelFamily
{
    /// <summary>As in config.json's <c>architectures</c>.</summary>
    string Architecture { get; }

    /// <summary>What the architectures of the same decoder with another head begin with, or with none.</summary>
    string Stem => Architecture.Replace("ForCausalLM", "", StringComparison.Ordinal);

    /// <exception cref="Errors.EngineException"><see cref="V1.ErrorCodes.InvalidConfig"/>.</exception>
    DecoderSpec Describe(ConfigFile config);
}
