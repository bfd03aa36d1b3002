namespace LmDeploy.Worker.Tests.Tokenization;

/// <summary>Where the tests' tokenizers are in the output.</summary>
internal static class TestData
{
    public static string Golden(string family) => Path.Combine(AppContext.BaseDirectory, "Golden", family);
}
