using System.Numerics;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>Which two neighbouring tokens become which token, and in what order of preference.</summary>
internal sealed class MergeTable
{
    private const int Smallest = 16;
    private const ulong Free = ulong.MaxValue;

    /// <param name="Rank">Lower is merged first.</param>
    /// <param name="Id">The token that the two become.</param>
    public readonly record struct Merge(int Rank, int Id);

    private readonly record struct Place(ulong Pair, Merge Merge);

    /// <summary>
    /// Hashes by multiplication with a random odd number: files of strangers cannot make pairs collide on purpose, and
    /// neighbouring ids do not collide by chance.
    /// </summary>
    private static readonly ulong _multiplier = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>The last character of each left side with the first of each right side.</summary>
    private readonly HashSet<int> _joints = [];

    private Place[] _places;
    private int _shift;
    private int _count;

    public MergeTable(int capacity)
    {
        (_places, _shift) = Allocate(2L * capacity);
    }

    public void Set((string Text, int Id) left, (string Text, int Id) right, Merge merge)
    {
        if (2L * (_count + 1) > _places.Length)
        {
            Grow();
        }

        var pair = PairOf(left.Id, right.Id);
        ref var place = ref PlaceOf(pair);
        _count += place.Pair == Free ? 1 : 0;
        place = new Place(pair, merge);
        _joints.Add(Joint(left.Text[^1], right.Text[0]));
    }

    public bool TryGet(int left, int right, out Merge merge)
    {
        ref var place = ref PlaceOf(PairOf(left, right));
        merge = place.Merge;
        return place.Pair != Free;
    }

    /// <summary>Whether any merge has these characters where its sides meet; if none, no token ever spans the two.</summary>
    public bool CanJoin(char last, char first) => _joints.Contains(Joint(last, first));

    private static int Joint(char last, char first) => (last << 16) | first;

    private static ulong PairOf(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static (Place[] Places, int Shift) Allocate(long least)
    {
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(least, Smallest) - 1);
        var places = new Place[1 << bits];
        Array.Fill(places, new Place(Free, default));
        return (places, 64 - bits);
    }

    /// <summary>Where the pair is, or else the free place for it.</summary>
    private ref Place PlaceOf(ulong pair)
    {
        var place = (int)((pair * _multiplier) >> _shift);
        while (_places[place].Pair != pair && _places[place].Pair != Free)
        {
            place = (place + 1) & (_places.Length - 1);
        }

        return ref _places[place];
    }

    private void Grow()
    {
        var places = _places;
        (_places, _shift) = Allocate(2L * places.Length);
        foreach (var place in places.Where(place => place.Pair != Free))
        {
            PlaceOf(place.Pair) = place;
        }
    }
}
