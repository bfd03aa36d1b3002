using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace LmDeploy.EndToEnd.Tests;

/// <summary>Parameters of a test that only the long form runs it with (<see cref="Soak"/>).</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class SoakDataAttribute(params object[] parameters) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new(Soak.IsOn ? [ConvertDataRow(parameters)] : []);

    public override bool SupportsDiscoveryEnumeration() => true;
}
