namespace LmDeploy;

/// <summary>Which memory the bytes of a worker count.</summary>
public enum MemoryKind
{
    /// <summary>That is not known.</summary>
    Unknown,

    /// <summary>Resident memory of the host.</summary>
    Rss,

    /// <summary>Memory of a GPU.</summary>
    Vram,
}
