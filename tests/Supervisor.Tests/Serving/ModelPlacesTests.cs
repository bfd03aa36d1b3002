using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Tests.Serving;

public sealed class ModelPlacesTests
{
    private const string Model = "org/a-model-that-nobody-has";

    /// <summary>What is downloaded takes the disk and the token of the server: the hub is not even asked.</summary>
    [Theory]
    [InlineData(true, "Download it: lmdeploy pull org/a-model-that-nobody-has on the server, or use an admin key.")]
    [InlineData(false, "Download it: lmdeploy pull org/a-model-that-nobody-has on the server, or start it with --allow-downloads.")]
    public async Task NamesOfTheHub_AreDownloadedForAdminsAlone(bool mayDownload, string advice)
    {
        var error = (await Should.ThrowAsync<SupervisorException>(
            () => new ModelPlaces(mayDownload, new BlockingReads()).FindNameAsync(Model, isAdmin: false, CancellationToken.None))).Error;

        (error.Code, error.Message).ShouldBe(("model_not_found", $"{Model} is not on this host. {advice}"));
    }

    [Theory]
    [InlineData("../pebble")]
    [InlineData("/models/pebble")]
    [InlineData("a-model-that-nobody-has")]
    public async Task WhatIsNoName_IsNone(string model)
        => (await new ModelPlaces(mayDownload: true, new BlockingReads()).FindNameAsync(model, isAdmin: false, CancellationToken.None)).ShouldBeNull();
}
