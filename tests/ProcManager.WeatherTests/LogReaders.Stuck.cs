using ProcManager.WeatherTests.Infrastructure;

namespace ProcManager.WeatherTests;

public partial class LogReaders
{
    [Fact]
    public async Task The_reader_is_stuck_and_comes_back()
    {
        await using WeatherPool pool = await Start();
        pool.Pipe!.Stop();
        await ReloadsAreDone(pool);
        pool.Pipe.Continue();
        await pool.Holds("reload to generation 6 succeeded|lines were lost");
    }

    [Fact]
    public async Task The_reader_is_stuck_and_TERM_comes()
    {
        await using WeatherPool pool = await Start();
        pool.Pipe!.Stop();
        await ReloadsAreDone(pool);
        await pool.OthersAreServed();
        await pool.EndOthers();
        await pool.Stops();
    }

    [Fact]
    public async Task The_reader_is_gone_and_another_one_comes()
    {
        await using WeatherPool pool = await Start();
        pool.Pipe!.Close();
        await ReloadsAreDone(pool);
        await pool.Client.Lost("/crash");
        await pool.OthersAreServed();
        pool.Pipe.Open();
        pool.Managed.Signal(Native.Ttin);
        await pool.Holds("3 workers are wanted now");
    }

    [Fact]
    public async Task The_reader_is_gone_for_good()
    {
        await using WeatherPool pool = await Start();
        pool.Pipe!.Close();
        await ReloadsAreDone(pool);
        await pool.OthersAreServed();
        await pool.EndOthers();
        await pool.Stops();
    }
}
