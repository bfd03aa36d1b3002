namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>A folder that holds libtorch's shared libraries.</summary>
/// <param name="Source">How it was found, for people: an environment variable, pip, NuGet.</param>
/// <param name="Folder">The folder with <c>libtorch_cpu.so</c>.</param>
internal sealed record LibTorchCandidate(string Source, string Folder)
{
    /// <summary>Whether this libtorch was built with CUDA.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Folder, "libtorch_cuda.so"));

    public override string ToString() => $"{Folder} ({Source})";
}
