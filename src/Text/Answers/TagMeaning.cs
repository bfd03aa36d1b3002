namespace LmDeploy.Text.Answers;

/// <summary>What a word in an answer does.</summary>
internal enum TagMeaning
{
    /// <summary>Nothing: it is mentioned.</summary>
    Text,
    ThoughtBegin,
    ThoughtEnd,
    CallBegin,

    /// <summary>Nothing, right behind a call.</summary>
    CallTrailer,
}
