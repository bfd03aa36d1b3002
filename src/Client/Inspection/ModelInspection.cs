using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>What a model folder is, read without loading it. Immutable.</summary>
public sealed record ModelInspection
{
    /// <summary>The absolute path of the folder.</summary>
    public required string Model { get; init; }

    /// <summary>Why a load would be refused, the error that it would get first; empty where the model can be served.</summary>
    public IReadOnlyList<InspectionProblem> Problems { get; init => field = Values.Of(value); } = ValueList<InspectionProblem>.Empty;

    /// <summary>Whether a load finds nothing wrong. Whether there is memory for it now says <see cref="MemoryFit.FitsNow"/>.</summary>
    public bool CanBeServed => Problems.Count == 0;

    /// <summary>
    /// The model's family, for example <c>qwen2</c>; empty where config.json cannot be read or its family is not known, and what follows is 0 then.
    /// </summary>
    public string Architecture { get; init; } = "";

    /// <summary>Layers of the decoder.</summary>
    public int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Tokens the model knows.</summary>
    public int VocabSize { get; init; }

    /// <summary>The longest context that the model was made for, in tokens.</summary>
    public int LongestContext { get; init; }

    /// <summary>The longest context that it would be served with, in tokens.</summary>
    public int SessionLen { get; init; }

    /// <summary>The type that a load would compute in, never <see cref="EngineDtype.Auto"/>; null where that is not known.</summary>
    public EngineDtype? Dtype { get; init; }

    /// <summary>What a load would compute on, never <see cref="EngineDevice.Auto"/>.</summary>
    public EngineDevice Device { get; init; }

    /// <summary>Bytes of keys and values of one token.</summary>
    public long CacheBytesPerToken { get; init; }

    /// <summary>Bytes that each sequence has beside its keys and values; 0 for a model of attention alone.</summary>
    public long StateBytesPerSequence { get; init; }

    /// <summary>How many numbers the model consists of; 0 where its weights cannot be read.</summary>
    public long Parameters { get; init; }

    /// <summary>As <see cref="ModelInfo.Weights"/>; empty where the weights cannot be read.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Bytes of the checkpoint that a load would read.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes that the weights would take once they are loaded.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Null where there is none, or it cannot be read.</summary>
    public TokenizerInspection? Tokenizer { get; init; }

    /// <summary>Null where the model has none, or it cannot be read.</summary>
    public ChatTemplateInspection? ChatTemplate { get; init; }

    /// <summary>What steps would run in; empty where the model cannot be read.</summary>
    public IReadOnlyList<PartForm> Parts { get; init => field = Values.Of(value); } = ValueList<PartForm>.Empty;

    /// <summary>What the model would take, beside what there is; null where that is not known.</summary>
    public MemoryFit? Memory { get; init; }
}
