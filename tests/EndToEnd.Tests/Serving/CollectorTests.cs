using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What a collector gets that OTEL_EXPORTER_OTLP_ENDPOINT names.</summary>
public sealed class CollectorTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Secret = "What is 17 + 25?";

    [Fact]
    public async Task Requests_AreSpansOfTheirCallersTrace_AndHaveNoPrompts()
    {
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}";
        collector.Prefixes.Add($"{address}/");
        collector.Start();
        var received = new ConcurrentBag<(string Path, byte[] Body)>();
        var reading = ReadAsync(collector, received);
        var sandbox = new Sandbox();
        sandbox.Variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = address;
        sandbox.Variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        await using (var server = await Server.StartAsync(sandbox, [Repository.Boulder]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = JsonContent.Create(new { model = "boulder", messages = new[] { new { role = "user", content = Secret } } }),
            };
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
            (await server.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        } // What is not sent yet is sent when the server ends.

        collector.Stop();
        await reading;
        var spans = received.Where(message => message.Path == "/v1/traces").ShouldHaveSingleItem().Body;
        Contains(spans, Encoding.UTF8.GetBytes("chat boulder")).ShouldBeTrue();
        Contains(spans, Convert.FromHexString(Trace)).ShouldBeTrue("the span belongs to the trace of the caller");
        received.ShouldContain(message => message.Path == "/v1/metrics");
        received.ShouldAllBe(message => !Contains(message.Body, Encoding.UTF8.GetBytes(Secret)));
    }

    private static bool Contains(byte[] whole, byte[] part) => whole.AsSpan().IndexOf(part) >= 0;

    private static async Task ReadAsync(HttpListener collector, ConcurrentBag<(string Path, byte[] Body)> received)
    {
        try
        {
            while (true)
            {
                var context = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                received.Add((context.Request.Url!.AbsolutePath, body.ToArray()));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
