using LmDeploy.Models.Weights;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Finds in every folder a model that takes nothing.</summary>
internal sealed class FakeModelReader : IModelReader
{
    public ModelSize Read(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken) =>
        new([], new WeightManifest([]), Dtype: "float32", CacheElementsPerToken: 0, LongestContext: 64);
}
