using LmDeploy.Validation;

namespace LmDeploy.Client.Tests.Validation;

public sealed class Utf16Tests
{
    [Fact]
    public void IndexOfLoneSurrogate_FindsNoneInText()
    {
        Utf16.IndexOfLoneSurrogate("").ShouldBe(-1);
        Utf16.IndexOfLoneSurrogate("plain").ShouldBe(-1);
        Utf16.IndexOfLoneSurrogate("\ud83d\ude00 and \ud83d\ude00").ShouldBe(-1);
    }

    // Attributes hold UTF-8, which has no form for these.
    [Fact]
    public void IndexOfLoneSurrogate_FindsTheFirst()
    {
        Utf16.IndexOfLoneSurrogate("\ud83d").ShouldBe(0);
        Utf16.IndexOfLoneSurrogate("ab\ude00\ud83d").ShouldBe(2);
        Utf16.IndexOfLoneSurrogate("\ud83d\ude00\ud83d").ShouldBe(2);
    }
}
