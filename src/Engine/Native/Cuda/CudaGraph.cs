namespace LmDeploy.Engine.Native.Cuda;

/// <summary>Recorded work that is launched as a whole. What it reads and writes has to stay where it was when it was recorded.</summary>
internal sealed class CudaGraph : IDisposable
{
    private readonly nint _executable;

    /// <param name="graph">Owned.</param>
    public CudaGraph(nint graph)
    {
        var result = CudaDriver.GraphInstantiate(out _executable, graph, 0);
        _ = CudaDriver.GraphDestroy(graph);
        CudaDriver.Check(result, "cuGraphInstantiateWithFlags");
    }

    public void Launch(CudaStream stream) => CudaDriver.Check(CudaDriver.GraphLaunch(_executable, stream.Handle), "cuGraphLaunch");

    public void Dispose() => _ = CudaDriver.GraphExecDestroy(_executable);
}
