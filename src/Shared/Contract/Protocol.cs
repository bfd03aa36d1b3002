namespace LmDeploy.V1;

/// <summary>What the two contracts fix beside their messages.</summary>
internal static class Protocol
{
    /// <summary>Raised by every change that an older peer would misunderstand.</summary>
    public const int Version = 6;

    /// <summary>The metadata entry of calls over the network that carries the client's <see cref="Version"/>.</summary>
    public const string VersionHeader = "lmdeploy-protocol";

    /// <summary>The metadata entry that carries the worker's token.</summary>
    public const string TokenHeader = "lmdeploy-token";

    /// <summary>The exit code of a worker that is not to be replaced, because another one would end the same way (EX_CONFIG).</summary>
    public const int ExitForGood = 78;

    /// <summary>The exit code of a worker whose CUDA context is beyond repair (EX_IOERR). It has said why on standard error.</summary>
    public const int ExitCudaError = 74;
}
