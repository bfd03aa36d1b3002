using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Tests.Checkouts;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>A supervisor process with fake workers, and a client of it. Disposing checks that nothing stays behind.</summary>
internal sealed class RealSupervisor : IAsyncDisposable
{
    private const string Announcement = "Serving on ";

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _marks = new();
    private readonly GrpcChannel _channel;

    private RealSupervisor(string fake, string? home, string? runtime, string[] arguments, string? shell = null)
    {
        Process = Start(Socket, home ?? FakeHome, arguments, fake, _marks.Path, shell, runtime);
        _channel = OpenChannel();
        Pipelines = new V1.Pipelines.PipelinesClient(_channel);
        Host = new V1.Host.HostClient(_channel);
    }

    public static string Root => Checkout.Root;

    public static string Executable { get; } = Path.Combine(Root, "artifacts/lmdeploy/supervisor/lmdeploy-supervisor");

    public static string FakeHome { get; } = Path.Combine(Root, "artifacts/fake-home");

    /// <summary>Settings with which a worker that dies is not replaced.</summary>
    public static SupervisionConfig WithoutRestarts => new() { MaxRestarts = 0 };

    public Process Process { get; }

    public string Socket => _folder.File("s.sock");

    public string Folder => _folder.Path;

    public V1.Pipelines.PipelinesClient Pipelines { get; }

    public V1.Host.HostClient Host { get; }

    /// <summary>Whether the test has it log errors.</summary>
    public bool MayLogErrors { get; set; }

    /// <summary>Where it answers over HTTP; null for one that does not.</summary>
    public Uri? Address { get; private set; }

    public static Task<RealSupervisor> StartAsync(string fake = "", string? home = null, params string[] arguments) =>
        UntilReadyAsync(new RealSupervisor(fake, home, null, ["--owned", .. arguments]));

    /// <param name="runtime">The folder that supervisors share their promises in; null for one of its own.</param>
    public static Task<RealSupervisor> StartSharingAsync(string? runtime, params string[] arguments) =>
        UntilReadyAsync(new RealSupervisor("", null, runtime, ["--owned", .. arguments]));

    /// <summary>
    /// One that answers over HTTP too, on a free port of this host. Its models are fakes, loaded by their first requests; what they are called for is in their
    /// logs.
    /// </summary>
    public static async Task<RealSupervisor> StartServingAsync(ServeOptions options, params string[] models)
    {
        var cpu = JsonSerializer.Deserialize<JsonElement>("""{"device":"cpu"}""");
        var served = options with { Models = [.. models.Select(name => new ServedModelOptions { Path = FakeModels.Path("fake"), Name = name, Engine = cpu })] };
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(served, ServeJson.Default.ServeOptions));
        var supervisor = new RealSupervisor("log-calls", null, null, ["--owned", "--serve", file]);
        var line = (await supervisor.Process.StandardOutput.ReadLineAsync().InTime()).ShouldNotBeNull();
        line.ShouldStartWith(Announcement);
        supervisor.Address = new Uri(line[Announcement.Length..]);
        return supervisor;
    }

    /// <param name="shell">What a shell does before it becomes the supervisor.</param>
    public static Task<RealSupervisor> StartFromShellAsync(string shell, string home) =>
        UntilReadyAsync(new RealSupervisor("", home, null, ["--owned"], shell));

    public static Process Start(
        string socket, string home, string[] arguments, string fake = "", string marks = "", string? shell = null, string? runtime = null)
    {
        string[] command = [Executable, "--socket", socket, "--home", home, .. arguments];
        string[] line = shell is null ? command : ["/bin/sh", "-c", $"{shell}; exec \"$0\" \"$@\"", .. command];
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", .. line]) // Whatever a background shell had these tests ignore.
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LMDEPLOY_FAKE"] = fake;
        start.Environment["LMDEPLOY_FAKE_MARKS"] = marks.Length == 0 ? null : marks;
        start.Environment["LMDEPLOY_RUNTIME_DIR"] = runtime ?? Path.GetDirectoryName(socket);
        start.Environment["XDG_CACHE_HOME"] = Path.GetDirectoryName(socket);
        start.Environment["A_SECRET"] = "for the supervisor alone";
        return Process.Start(start)!;
    }

    /// <param name="wrap">What to put around the connection; null for nothing.</param>
    public GrpcChannel OpenChannel(Func<Stream, Stream>? wrap = null) => OpenChannel(Socket, wrap);

    /// <summary>What it has logged. It locks the file while it starts and leaves, and .NET would want a lock of its own.</summary>
    public string ReadLog()
    {
        const int ReadOnly = 0;
        using var log = new StreamReader(new FileStream(Native.LibC.Open(Socket + ".log", ReadOnly, 0), FileAccess.Read));
        return log.ReadToEnd();
    }

    public static GrpcChannel OpenChannel(string path, Func<Stream, Stream>? wrap = null) => GrpcChannel.ForAddress("http://supervisor", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                var stream = new NetworkStream(socket, ownsSocket: true);
                return wrap?.Invoke(stream) ?? stream;
            },
        },
        DisposeHttpClient = true,
    });

    public Task<Holder> HoldAsync(string name = "fake", SupervisionConfig? supervision = null, AdmissionConfig? admission = null) =>
        HoldAsync(new OpenPipeline
        {
            Model = FakeModels.Path(name),
            Engine = new EngineConfig { Device = EngineDevice.Cpu },
            Supervision = supervision,
            Admission = admission,
        });

    public async Task<Holder> HoldAsync(OpenPipeline open)
    {
        var call = Pipelines.Hold();
        try
        {
            await call.RequestStream.WriteAsync(new HoldRequest { Open = open });
        }
        catch (RpcException)
        {
            // Refused before it was asked: the answer says so.
        }

        return new Holder(call);
    }

    public string Mark(string name) => _marks.File(name);

    /// <summary>Worker folders that exist now.</summary>
    public string[] WorkerFolders() => Directory.GetDirectories(Folder, "w-*");

    public async ValueTask DisposeAsync()
    {
        var processes = new ProcessTable();
        var workers = processes.Find(Process.Id) is { } self ? processes.FindTree(self.Identity).Where(process => process.Pid != Process.Id).ToList() : [];
        _channel.Dispose();
        Process.StandardInput.Close();
        try
        {
            await Process.WaitForExitAsync().InTime();
        }
        catch (TimeoutException)
        {
            Process.Kill();
            throw;
        }

        workers.Where(processes.IsRunning).ShouldBeEmpty("workers outlived their supervisor");
        Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).ShouldBeSubsetOf(["s.sock.log", "lmdeploy"], "beside the cache of peaks");
        var log = ReadLog();
        (log.Contains("Z Error ", StringComparison.Ordinal) && !MayLogErrors).ShouldBeFalse(log);
        Process.Dispose();
        _folder.Dispose();
        _marks.Dispose();
    }

    private static async Task<RealSupervisor> UntilReadyAsync(RealSupervisor supervisor)
    {
        (await supervisor.Process.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");
        return supervisor;
    }
}
