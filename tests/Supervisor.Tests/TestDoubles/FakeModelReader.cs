using LmDeploy.Models.Weights;
using LmDeploy.Supervisor.Admission;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Finds in every folder a model that takes nothing.</summary>
internal sealed class FakeModelReader : IModelReader
{
    public ModelSize Read(string folder, bool readsWeights) => new([], new WeightManifest([]), Dtype: "float32", CacheElementsPerToken: 0, LongestContext: 64);
}
