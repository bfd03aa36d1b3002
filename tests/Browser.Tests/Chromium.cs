using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>The system's browser, which all tests share; each has pages of its own in it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>How long anything on a page may take.</summary>
    public const float DeadlineMilliseconds = 30_000;

    private static readonly string[] _places = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;

    /// <summary>Null where there is none.</summary>
    public static string? Executable { get; } = Array.Find(_places, File.Exists);

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Executable is null)
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(DeadlineMilliseconds);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Headless = true,
            // Its shared memory is in files of the temporary folder: tests look for what others leave in /dev/shm.
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_playwright is not null)
        {
            await Browser.DisposeAsync();
            _playwright.Dispose();
        }
    }
}
