using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary><c>lmdeploy serve</c> as a real process in a sandbox of its own. Disposing ends it and fails when anything of it is left.</summary>
internal sealed class Server : IAsyncDisposable
{
    private const string Announcement = "Serving on ";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _errors;

    private Server(Sandbox sandbox, Process process, StringBuilder errors, Uri address)
    {
        (Sandbox, _process, _errors, Address) = (sandbox, process, errors, address);
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
    }

    public Sandbox Sandbox { get; }

    public Uri Address { get; }

    /// <summary>A client without a key.</summary>
    public HttpClient Http { get; }

    public int Pid => _process.Id;

    /// <summary>What it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts it on a free port; models are loaded by their first requests unless the arguments say otherwise.</summary>
    public static Task<Server> StartAsync(params string[] arguments) => StartAsync(new Sandbox(), arguments);

    /// <param name="sandbox">Disposed with the server.</param>
    /// <param name="arguments">Of the command.</param>
    /// <param name="readErrors">Has its standard error read; null for a reader that keeps it.</param>
    public static async Task<Server> StartAsync(Sandbox sandbox, string[] arguments, Action<Process>? readErrors = null)
    {
        var process = Command.Start(sandbox, ["serve", "--port", "0", .. arguments]);
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.AppendLine(line.Data);
            }
        };
        (readErrors ?? (started => started.BeginErrorReadLine()))(process);
        using var deadline = new CancellationTokenSource(Deadline);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(deadline.Token);
        }
        while (line is not null && !line.StartsWith(Announcement, StringComparison.Ordinal) && !line.StartsWith("failed", StringComparison.Ordinal));

        return line?.StartsWith(Announcement, StringComparison.Ordinal) == true
            ? new Server(sandbox, process, errors, new Uri(line[Announcement.Length..]))
            : throw new InvalidOperationException($"serve did not start: {line} {errors}");
    }

    /// <summary>Sends a JSON text and reads the answer as JSON.</summary>
    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync(path, content);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Ends it with a signal and waits for that.</summary>
    public async Task<int> EndAsync(Action<int> signal)
    {
        if (!_process.HasExited)
        {
            signal(_process.Id);
        }

        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await EndAsync(Signals.Interrupt);
        _process.Dispose();
        await Sandbox.DisposeAsync();
    }
}
