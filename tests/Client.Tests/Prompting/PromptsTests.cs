namespace LmDeploy.Client.Tests.Prompting;

public sealed class PromptsTests
{
    private static readonly PromptMessage[] _conversation = [PromptMessage.System("s"), PromptMessage.User("u")];

    [Fact]
    public void Arrays_AndListsConvert()
    {
        TextsOf(new[] { "a", "b" }).ShouldBe(["a", "b"]);
        TextsOf(new List<string> { "a" }).ShouldBe(["a"]);
        TextsOf(new[] { Prompt.FromText("a") }).ShouldBe(["a"]);
        TextsOf(new List<Prompt> { Prompt.FromText("a") }).ShouldBe(["a"]);
        ConversationsOf(new[] { _conversation }).ShouldBe([Prompt.FromMessages(_conversation)]);
        ConversationsOf(new List<PromptMessage[]> { _conversation }).ShouldBe([Prompt.FromMessages(_conversation)]);
        ConversationsOf(new List<List<PromptMessage>> { new(_conversation) }).ShouldBe([Prompt.FromMessages(_conversation)]);
    }

    [Fact]
    public void Expressions_MixWhatConverts()
    {
        Prompts prompts = ["a", [PromptMessage.User("u")], Prompt.FromTokenIds([1]), .. new[] { "b" }.Select(text => Prompt.FromText(text))];
        prompts.Count.ShouldBe(4);
        prompts[0].Text.ShouldBe("a");
        prompts[1].ShouldBe(Prompt.FromMessages([PromptMessage.User("u")]));
        prompts[2].TokenIds.ShouldBe([1]);
        prompts[3].Text.ShouldBe("b");
    }

    [Fact]
    public void Expression_OfMessagesIsOneConversation()
    {
        Prompt prompt = [PromptMessage.System("s"), PromptMessage.User("u")];
        prompt.ShouldBe(Prompt.FromMessages(_conversation));
        prompt.MessagesJson.ShouldBe("""[{"role":"system","content":"s"},{"role":"user","content":"u"}]""");
    }

    [Fact]
    public void Prompts_AreCopies()
    {
        var list = new List<Prompt> { "a" };
        Prompts prompts = list;
        list[0] = "b";
        prompts[0].Text.ShouldBe("a");
    }

    private static IEnumerable<string?> TextsOf(Prompts prompts) => prompts.Select(prompt => prompt.Text);

    private static IEnumerable<Prompt> ConversationsOf(Prompts prompts) => prompts;
}
