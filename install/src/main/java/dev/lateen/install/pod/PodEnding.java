package dev.lateen.install.pod;

import dev.lateen.proxy.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a pod's proxy ends, in the ways that Istio's agent knows. A signal: its clients are asked to leave, it goes on serving for the drain time, for its address is still known
 * to others, and ends. {@code POST /quitquitquit}: it ends at once. {@code POST /drain} and a signal later, which is how a native sidecar ends, behind its application: clients
 * leave from the first on, and the second ends it at once. Safe for use by several threads.
 */
public final class PodEnding {
    private static final Logger LOG = LoggerFactory.getLogger(PodEnding.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final PodEnd end;
    private final CountDownLatch stop;
    private final CountDownLatch quit = new CountDownLatch(1);
    private volatile boolean drained;

    /** @param stop counted down by a signal */
    public PodEnding(PodEnd end, CountDownLatch stop) {
        this.end = end;
        this.stop = stop;
    }

    /** Hears what a proxy is asked; before it starts. */
    public void prepare(Proxy proxy) {
        proxy.onQuit(this::quit).onLeave(this::drained);
    }

    void quit() {
        quit.countDown();
        stop.countDown();
    }

    void drained() {
        drained = true;
    }

    /** Returns when the proxy is to end. */
    public void await(Proxy proxy) throws InterruptedException {
        await(proxy::leave, proxy::openConnections);
    }

    void await(Runnable leave, IntSupplier connections) throws InterruptedException {
        stop.await();
        if (drained || quit.getCount() == 0) {
            LOG.info("ends at once: {}", drained ? "it has drained" : "it was asked to quit");
            return;
        }
        leave.run();
        if (!end.whenIdle()) {
            LOG.info("drains for {} ms", end.drain().toMillis());
            pause(end.drain());
            return;
        }
        LOG.info(
                "drains for {} ms, and then until no connection is left",
                end.least().toMillis());
        boolean quitting = pause(end.least());
        while (!quitting && connections.getAsInt() > 0) {
            quitting = pause(LOOK);
        }
    }

    /** @return whether it was asked to quit meanwhile */
    private boolean pause(Duration time) throws InterruptedException {
        return quit.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
