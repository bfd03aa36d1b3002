namespace LmDeploy;

/// <summary>An error report of the NVIDIA driver in the kernel's log.</summary>
/// <param name="Number">NVIDIA's number for the kind of error, for example 79: the GPU has fallen off the bus.</param>
/// <param name="Device">The device in PCI notation.</param>
/// <param name="Text">The rest of the report.</param>
public sealed record Xid(int Number, string Device, string Text);
