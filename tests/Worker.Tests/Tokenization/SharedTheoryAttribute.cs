namespace LmDeploy.Worker.Tests.Tokenization;

/// <summary>A theory on data beside the repository; skipped where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute()
    {
        if (TestData.Shared is null)
        {
            Skip = "the folder 'shared' is not beside the repository";
        }
    }
}
