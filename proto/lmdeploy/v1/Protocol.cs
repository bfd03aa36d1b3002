namespace LmDeploy.V1;

/// <summary>What the two contracts fix beside their messages.</summary>
internal static class Protocol
{
    /// <summary>Raised by every change that an older peer would misunderstand.</summary>
    public const int Version = 1;

    /// <summary>The metadata entry that carries the worker's token.</summary>
    public const string TokenHeader = "lmdeploy-token";

    /// <summary>The trailer that carries the <c>Error</c> of a failed call, serialized.</summary>
    public const string ErrorTrailer = "lmdeploy-error-bin";
}
