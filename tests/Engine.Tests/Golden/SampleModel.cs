using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>The trained models of the checkout, in <c>models/</c>.</summary>
internal static class SampleModel
{
    public static string Boulder { get; } = Checkout.File("models", "boulder");
}
