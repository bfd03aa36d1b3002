using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary>A conversation through pipes, as a terminal would have it.</summary>
public sealed class ChatTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Conversation_TakesCommandsAndOtherModels()
    {
        await using var sandbox = new Sandbox();
        using var chat = Command.Start(sandbox, "chat", Repository.Boulder);
        var errors = chat.StandardError.ReadToEndAsync();
        await chat.StandardInput.WriteAsync(
            $"What is 17 + 25?\n/reset\n/nonsense\n/model /absent\nHello?\n/model {Repository.Boulder}\nWhat is 1 \\\n+ 1?\n/exit\n");
        chat.StandardInput.Close();
        var said = await chat.StandardOutput.ReadToEndAsync();
        await chat.WaitForExitAsync().WaitAsync(Deadline);
        chat.ExitCode.ShouldBe(0);
        said.Split('\n')[0].ShouldBe("42");
        var told = await errors;
        told.ShouldContain("/nonsense is not a command");
        told.ShouldContain("model_not_found");
        told.ShouldNotContain("No model is loaded", Case.Insensitive, "the model that is there stays while another cannot be had");
        told.Split("Reclaimed").Length.ShouldBe(3, told);
    }

    [Fact]
    public async Task Interrupt_StopsTheAnswerAlone()
    {
        await using var sandbox = new Sandbox();
        using var chat = Command.Start(sandbox, "chat", Repository.Boulder, "--ignore-eos", "--max-new-tokens", "1000", "--session-len", "1024");
        var errors = chat.StandardError.ReadToEndAsync();
        await chat.StandardInput.WriteLineAsync("Tell me everything.");
        await chat.StandardInput.FlushAsync();
        await chat.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
        Signals.Interrupt(chat.Id);
        await chat.StandardInput.WriteLineAsync("/exit");
        chat.StandardInput.Close();
        await chat.StandardOutput.ReadToEndAsync().WaitAsync(Deadline);
        await chat.WaitForExitAsync().WaitAsync(Deadline);
        chat.ExitCode.ShouldBe(0, await errors);
        (await errors).ShouldContain("Reclaimed");
    }
}
