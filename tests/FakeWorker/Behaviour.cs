namespace LmDeploy.FakeWorker;

/// <summary>What the test wants to go wrong: words in <c>LMDEPLOY_FAKE</c>, separated by commas.</summary>
internal static class Behaviour
{
    public const string ExitBeforeReady = "exit-before-ready";
    public const string Silent = "silent";
    public const string IgnoreStop = "ignore-stop";
    public const string CrashOnGenerate = "crash-on-generate";
    public const string CrashOnce = "crash-once";
    public const string FloodErrors = "flood-stderr";
    public const string WrongVersion = "wrong-version";
    public const string OldVersion = "old-version";
    public const string NoVersion = "no-version";
    public const string PrepareError = "prepare-error";
    public const string LoadError = "load-error";
    public const string LoadForever = "load-forever";
    public const string CrashOnLoad = "crash-on-load";
    public const string Grandchild = "grandchild";
    public const string LogCalls = "log-calls";

    private static readonly string[] Words = (Environment.GetEnvironmentVariable("LMDEPLOY_FAKE") ?? "").Split(',');

    /// <summary>Where marks are left for the test to find; null when it wants none.</summary>
    public static string? MarkFolder { get; } = Environment.GetEnvironmentVariable("LMDEPLOY_FAKE_MARKS");

    public static int Version => Has(WrongVersion) ? 99 : Has(OldVersion) ? 1 : Has(NoVersion) ? 0 : V1.Protocol.Version;

    public static bool Has(string word) => Words.Contains(word);

    public static bool HasMark(string name) => MarkFolder is not null && File.Exists(Path.Combine(MarkFolder, name));

    public static async Task WaitForMarkAsync(string name)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!HasMark(name))
        {
            await timer.WaitForNextTickAsync();
        }
    }

    public static void LeaveMark(string name)
    {
        if (MarkFolder is not null)
        {
            File.WriteAllText(Path.Combine(MarkFolder, name), "");
        }
    }
}
