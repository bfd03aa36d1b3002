namespace LmDeploy.Hub;

/// <summary>Where models are looked for and downloaded from. What is not set comes from the environment, with the variables of huggingface_hub.</summary>
public sealed class HubOptions
{
    /// <summary>The hub's address. Default: null, <c>HF_ENDPOINT</c>, or else https://huggingface.co.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The token that private and gated models are read with. Default: null, <c>HF_TOKEN</c>, or else what <c>hf auth login</c> left in
    /// <c>HF_TOKEN_PATH</c> or <c>HF_HOME/token</c>. Empty: none.</summary>
    public string? Token { get; init; }

    /// <summary>The folder of the cache. Default: null, <c>HF_HUB_CACHE</c>, or else <c>HF_HOME/hub</c>, or else <c>~/.cache/huggingface/hub</c>.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether the network is left alone. Default: null, <c>HF_HUB_OFFLINE</c>, or else false.</summary>
    public bool? Offline { get; init; }

    /// <summary>How many connections download at once, 1 to 64. Default: 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public int Connections
    {
        get;
        init => field = value is >= 1 and <= 64
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Connections), value, $"Connections must be 1 to 64, got {value}.");
    }
    = 8;

    /// <summary>The clock of timeouts and rates; another one in tests. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
