using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Pipelines held from another host: over TLS, with a key, on models that the server knows by name.</summary>
public sealed class RemoteTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private RemoteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RemoteServer.StartAsync("127.0.0.1");

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Models_AreHeldByName_AnswerAsHere_AndGiveTheirMemoryBack()
    {
        await using var local = _server.Sandbox.StartSupervisor();
        await using var here = await Pipeline.CreateAsync(Repository.Boulder, supervisor: local);
        await using var alice = Connect("alice-key");
        await using var pipe = await Pipeline.CreateAsync("boulder", supervisor: alice);

        (await pipe.InferAsync("What is 17 + 25?")).Text.ShouldBe("42");
        (await pipe.InferAsync("Tell me a story about a fox.")).Text.ShouldBe((await here.InferAsync("Tell me a story about a fox.")).Text);
        var receipt = await pipe.CloseAsync();

        (receipt.Verdict, receipt.ResidualBytes).ShouldBe((ReclaimVerdict.Reclaimed, 0));
        (await alice.ListPipelinesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task KilledWorker_IsReplaced_AndTheAnswerIsTheSame()
    {
        await using var alice = Connect("alice-key");
        await using var pipe = await Pipeline.CreateAsync("boulder", supervisor: alice);
        var expected = (await pipe.InferAsync("Tell me a story about a fox.")).Text;
        var text = "";
        await foreach (var piece in pipe.StreamInferAsync("Tell me a story about a fox."))
        {
            if (text.Length == 0)
            {
                Signals.Kill(pipe.WorkerPid);
            }

            text += piece.Text;
        }

        text.ShouldBe(expected);
    }

    [Fact]
    public async Task ServedModel_IsInspectedAndHeldToo()
    {
        await using var bob = Connect("bob-key");

        (await bob.InspectAsync("tiny")).Problems.ShouldBeEmpty();
        await using var pipe = await Pipeline.CreateAsync("tiny", supervisor: bob);
        pipe.Name.ShouldBe("tiny");
    }

    [Fact]
    public async Task Keys_SeeWhatIsTheirs()
    {
        await using var alice = Connect("alice-key");
        await using var bob = Connect("bob-key");
        await using var root = Connect("root-key");
        await using var pipe = await Pipeline.CreateAsync("tiny", supervisor: alice);

        (await alice.ListPipelinesAsync()).ShouldHaveSingleItem().Id.ShouldBe(pipe.Id);
        (await root.ListPipelinesAsync()).ShouldContain(listed => listed.Id == pipe.Id);
        (await bob.ListPipelinesAsync()).ShouldBeEmpty();
        (await Should.ThrowAsync<LmDeployException>(bob.StopPipelineAsync(pipe.Id))).Code.ShouldBe("pipeline_not_found");
        (await Should.ThrowAsync<LmDeployException>(async () => await bob.ReadLogsAsync(pipe.Id).FirstOrDefaultAsync())).Code.ShouldBe("pipeline_not_found");
        (await bob.GetInfoAsync()).SocketPath.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "The server takes API keys")]
    [InlineData("wrong", "The API key is not one of this server's.")]
    public async Task OtherKeys_AreRefused(string? key, string message)
    {
        await using var nobody = Connect(key);

        var error = await Should.ThrowAsync<LmDeployException>(nobody.ListPipelinesAsync());

        (error.Code, error.Message[..message.Length]).ShouldBe(("access_denied", message));
        (await Should.ThrowAsync<LmDeployException>(Pipeline.CreateAsync("tiny", supervisor: nobody))).Code.ShouldBe("access_denied");
        await Eventually.BeAsync(
            () => _server.Log.Split('\n').FirstOrDefault(line => line.Contains("/lmdeploy.v1.Pipelines/Hold", StringComparison.Ordinal)) ?? "",
            line => line.TrimEnd().EndsWith("error=access_denied", StringComparison.Ordinal), "the refusal in the log", Deadline);
    }

    [Fact]
    public async Task WhatIsForAdmins_IsRefused()
    {
        await using var alice = Connect("alice-key");

        (await Should.ThrowAsync<LmDeployException>(alice.ShutdownAsync())).Message.ShouldBe("Shutdown needs an admin key (--admin-key); alice is none.");
        (await Should.ThrowAsync<LmDeployException>(alice.LoadPipelineAsync("tiny"))).Code.ShouldBe("access_denied");
        (await Should.ThrowAsync<ModelLoadException>(Pipeline.CreateAsync(Repository.Boulder, supervisor: alice))).Message
            .ShouldContain("Paths of the server take an admin key");
        await using var root = Connect("root-key");
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: root);
        pipe.Name.ShouldBe("boulder");
    }

    [Theory]
    [InlineData("nothing", "The server has no model 'nothing'")]
    [InlineData("org/nothing", "org/nothing is not on this host. Download it: lmdeploy pull org/nothing on the server")]
    [InlineData("../boulder", "The server has no model '../boulder'")]
    public async Task ModelsThatAreNotThere_AreNamed(string model, string message)
    {
        await using var bob = Connect("bob-key");

        var error = await Should.ThrowAsync<ModelLoadException>(Pipeline.CreateAsync(model, supervisor: bob));

        error.Code.ShouldBe("model_not_found");
        error.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task Quota_OfPipelines()
    {
        await using var alice = Connect("alice-key");
        await using var first = await Pipeline.CreateAsync("tiny", supervisor: alice);
        await using (await Pipeline.CreateAsync("tiny", supervisor: alice))
        {
            var error = await Should.ThrowAsync<LmDeployException>(Pipeline.CreateAsync("tiny", supervisor: alice));
            (error.Code, error.Message).ShouldBe(
                ("quota_exceeded", "The key alice holds 2 pipelines, as many as it may (max_pipelines). Dispose of one first."));
        }

        await using var third = await Pipeline.CreateAsync("tiny", supervisor: alice);
        (await third.InferAsync("What is 1 + 1?")).ErrorCode.ShouldBeNull();
    }

    [Fact]
    public async Task Quota_OfMemory()
    {
        await using var poor = Connect("poor-key");
        var config = new EngineConfig { CacheMaxEntryCount = 16 };
        await using (await Pipeline.CreateAsync("tiny", config, poor))
        {
            var error = await Should.ThrowAsync<LmDeployException>(Pipeline.CreateAsync("tiny", config, poor));
            (error.Code, error.Message[..error.Message.IndexOf(", which", StringComparison.Ordinal)]).ShouldBe(
                ("quota_exceeded", "The key poor has too little memory left for tiny"));
        }

        await using var next = await Pipeline.CreateAsync("tiny", config, poor);
        (await next.InferAsync("What is 1 + 1?")).Text.ShouldNotBeEmpty();
    }

    /// <summary>Over HTTP/2, which clients choose by themselves where there is TLS.</summary>
    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/v1/models", 200)]
    [InlineData("/v1/pipelines", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/absent", 404)]
    public async Task Head_IsAnsweredWithoutABody(string path, int status)
    {
        using var http = _server.ConnectHttp("root-key");
        using var request = new HttpRequestMessage(HttpMethod.Head, path)
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var answer = await http.SendAsync(request);

        (((int)answer.StatusCode), answer.Version.Major).ShouldBe((status, 2));
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificate_ThatNobodyTrusts_IsRefused()
    {
        await using var alice = Supervisor.Connect(_server.Address, "alice-key");

        (await Should.ThrowAsync<SupervisorUnavailableException>(alice.GetInfoAsync())).Message
            .ShouldContain("as RemoteSupervisorOptions.TrustedCertificate, --server-cert");
        await using var nobody = Supervisor.Connect(new Uri("https://127.0.0.1:1"), "key");
        (await Should.ThrowAsync<SupervisorUnavailableException>(nobody.GetInfoAsync())).Message
            .ShouldBe("The supervisor cannot be reached: Connection refused.");
        Should.Throw<ArgumentException>(() => Supervisor.Connect(new Uri("http://127.0.0.1:1"), "key")).Message.ShouldContain("https://");
    }

    [Fact]
    public async Task Commands_TakeTheServer()
    {
        await using var sandbox = new Sandbox();
        sandbox.Variables["LMDEPLOY_SERVER_KEY"] = "alice-key";
        var server = _server.Flags;

        var run = await Command.RunAsync(sandbox, ["run", "boulder", "What is 17 + 25?", .. server]);
        var compare = await Command.RunAsync(sandbox, ["compare", "tiny", "boulder", "--limit", "2", .. server]);
        var ps = await Command.RunAsync(sandbox, ["ps", .. server]);
        var serve = await Command.RunAsync(sandbox, ["serve", Repository.Pebble, "--server", "https://h:1"]);

        (run.ExitCode, run.Output, run.Errors).ShouldBe((0, "42\n", ""));
        (compare.ExitCode, compare.Errors).ShouldBe((0, compare.Errors));
        compare.Output.ShouldContain("boulder");
        ps.Output.ShouldBe("Nothing runs.\n");
        (serve.ExitCode, serve.Errors).ShouldBe((2, "error: lmdeploy serve is about this machine: it takes no --server.\n"));
        sandbox.Supervisors.ShouldBeEmpty("the models ran on the server");
    }

    /// <summary>A holder that does not answer pings for its lease is let go.</summary>
    [Fact]
    public async Task FrozenHolder_IsLetGo()
    {
        await using var sandbox = new Sandbox();
        sandbox.Variables["LMDEPLOY_SERVER_KEY"] = "bob-key";
        using var client = Command.Start(sandbox, ["chat", "tiny", .. _server.Flags]);
        await using var root = Connect("root-key");
        await Eventually.BeAsync(() => root.ListPipelines().Count(pipeline => pipeline.State == PipelineState.Ready), ready => ready == 1, "a model", Deadline);

        Signals.Stop(client.Id);
        try
        {
            await Eventually.BeAsync(() => root.ListPipelines().Count, left => left == 0, "the frozen holder's pipeline to end", Deadline);
        }
        finally
        {
            Signals.Kill(client.Id);
        }
    }

    private Supervisor Connect(string? key) => _server.Connect(key);
}
