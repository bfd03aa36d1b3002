using System.Reflection;
using Xunit.Sdk;

namespace LmDeploy.EndToEnd.Tests;

/// <summary>Parameters of a test that only the long form runs it with (<see cref="Soak"/>).</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class SoakDataAttribute(params object[] parameters) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Soak.IsOn ? [parameters] : [];
}
