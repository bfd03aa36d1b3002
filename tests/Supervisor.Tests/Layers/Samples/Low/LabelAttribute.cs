namespace LmDeploy.Supervisor.Tests.Layers.Samples.Low;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class LabelAttribute(Type type) : Attribute
{
    public Type Type => type;
}
