using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LmDeploy.FakeWorker;
using LmDeploy.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Speaks worker.proto like a real worker, and goes wrong where LMDEPLOY_FAKE says so.
_ = LibC.CreateSession();
var token = Console.In.ReadLine() ?? throw new InvalidOperationException("no token");
var signals = new List<PosixSignalRegistration>();
if (Behaviour.Has(Behaviour.IgnoreStop))
{
    signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true));
}
else
{
    new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }

        LibC.ExitNow(0);
    }) { IsBackground = true }.Start();
}

Console.WriteLine("fake: garbage on stdout does not matter");
if (Behaviour.MarkFolder is { } marks)
{
    File.WriteAllLines(Path.Combine(marks, "environment"), [.. Environment.GetEnvironmentVariables().Keys.Cast<string>()]);
    File.WriteAllLines(Path.Combine(marks, "descriptors"), Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? ""));
}

if (Behaviour.Has(Behaviour.ExitBeforeReady))
{
    Console.Error.WriteLine("fake: cannot find libtorch");
    return 3;
}

if (Behaviour.Has(Behaviour.Grandchild))
{
    using var child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
    File.WriteAllText(Path.Combine(Behaviour.MarkFolder!, "grandchild"), $"{child.Id}");
}

if (Behaviour.Has(Behaviour.FloodErrors))
{
    var line = new byte[1 << 20];
    line.AsSpan().Fill(0xFF);
    var errors = Console.OpenStandardError();
    for (var i = 0; i < 16; i++)
    {
        errors.Write(line);
        errors.Write("\nfake: end of the flood\n"u8);
    }
}

var flight = FlightRecord.Open(args[5]);
using var beats = new Timer(_ => flight.Beat(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(args[1], listen => listen.Protocols = HttpProtocols.Http2));
builder.Services.AddRoutingCore().AddSingleton(new WorkerService(token, flight)).AddGrpc();
var app = builder.Build();
app.MapGrpcService<WorkerService>();
await app.StartAsync();
if (!Behaviour.Has(Behaviour.Silent))
{
    using var ready = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    await ready.ConnectAsync(new UnixDomainSocketEndPoint(args[3]));
}

await Task.Delay(Timeout.Infinite);
GC.KeepAlive(signals);
return 0;
