using LmDeploy.Evaluation;

namespace LmDeploy.Evaluation.Tests.Scorers;

/// <summary>Scores one answer.</summary>
internal static class Scoring
{
    public static ItemScore Of(this Scorer scorer, string answer, params string[] expected)
        => scorer
            .ScoreAsync(null!, [new AnsweredItem(new DatasetItem("1", "question") { Expected = expected }, [new Response { Text = answer }])], default).Result
            .ShouldHaveSingleItem();
}
