package dev.lateen.proxy.http.call;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Hands calls to the event loop that one is on, else to all in turn. */
public final class LoopsInTurn implements CallLoops {
    private final List<EventLoop> loops;
    private final Function<EventLoop, ClusterCalls> calls;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param loops at least one
     * @param calls asked on the event loop itself
     */
    public LoopsInTurn(List<EventLoop> loops, Function<EventLoop, ClusterCalls> calls) {
        this.loops = List.copyOf(loops);
        this.calls = calls;
    }

    @Override
    public Pending call(Function<ClusterCalls, Pending> caller) {
        for (EventLoop loop : loops) {
            if (loop.inEventLoop()) {
                HandedOver at = new HandedOver(loop);
                at.begin(caller);
                return at;
            }
        }
        EventLoop loop = loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
        HandedOver at = new HandedOver(loop);
        try {
            loop.execute(() -> at.begin(caller));
        } catch (RejectedExecutionException ended) {
            return caller.apply(new EndedCalls());
        }
        return at;
    }

    private final class HandedOver implements Pending {
        private final EventLoop loop;
        private Pending begun = Pending.OVER;
        private boolean cancelled;

        HandedOver(EventLoop loop) {
            this.loop = loop;
        }

        void begin(Function<ClusterCalls, Pending> caller) {
            if (!cancelled) {
                begun = caller.apply(calls.apply(loop));
            }
        }

        @Override
        public void cancel() {
            if (!loop.inEventLoop()) {
                try {
                    loop.execute(this::cancel);
                } catch (RejectedExecutionException ended) {
                    // Its connections went with it.
                }
                return;
            }
            cancelled = true;
            begun.cancel();
        }
    }
}
