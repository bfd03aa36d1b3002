namespace LmDeploy.Engine.Tests.Golden;

/// <summary>The trained models of the checkout's <c>models/</c> that lie beside the tests.</summary>
internal static class SampleModel
{
    public static string Boulder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "boulder");
}
