namespace LmDeploy.Text.Answers.Calls;

/// <summary>How far the reading of a call has come.</summary>
internal enum CallProgress
{
    /// <summary>More may follow.</summary>
    Open,

    /// <summary>It is no call.</summary>
    Failed,

    /// <summary>The last character was the last of the call.</summary>
    Ended,

    /// <summary>The call was complete before the last character, which is none of it.</summary>
    EndedBefore,
}
