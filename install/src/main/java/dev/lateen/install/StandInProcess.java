package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.standin.SampleImage;
import dev.lateen.install.standin.StandInBootstrap;
import dev.lateen.install.standin.StandIns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process in an image that stands for a sample's on a cluster: plays the sample whose image's name is its first argument, and says on standard output
 * what it does. A signal ends it a moment later, once what is under way is answered.
 */
final class StandInProcess {
    /** As in the original, whose key stands in its source: every copy of productpage knows who signed in at another, and any name is welcome. */
    private static final byte[] SESSION_KEY = "bookinfo's productpage".getBytes(StandardCharsets.US_ASCII);

    private static final long PATIENCE_SECONDS = 10;

    /** How long it serves on after it was told to end, as a container with a pause before its end does: others call it until they have heard that it leaves. */
    private static final long LEAVE_SECONDS = 5;

    private StandInProcess() {}

    /** With the image's name, then the arguments of the pod's container. */
    @SuppressWarnings("SystemOut") // a container's log
    public static void main(String[] args) throws InterruptedException {
        LoggingBootstrap.quiet();
        List<String> words = ScriptWords.of(args);
        Optional<SampleImage> image = words.isEmpty() ? Optional.empty() : SampleImage.of(words.getFirst());
        if (image.isEmpty()) {
            System.err.println(
                    "stand-in: " + words + ": no image of a sample (expected: one of " + SampleImage.known() + ")");
            System.exit(CommandFailure.BAD_INPUT);
            return;
        }
        StandInBootstrap bootstrap = StandInBootstrap.ofContainer(words.subList(1, words.size()));
        System.exit(new OrderedEnd().run(stop -> serve(image.get(), bootstrap, stop)));
    }

    @SuppressWarnings("SystemOut") // a container's log
    private static void serve(SampleImage image, StandInBootstrap bootstrap, CountDownLatch stop)
            throws InterruptedException {
        Vertx vertx = Vertx.vertx(options());
        StandIns standIns = new StandIns(vertx, SESSION_KEY, new Random());
        StandIns.Running running = await(standIns.start(image, bootstrap));
        System.out.println("stand-in " + image.title() + ": "
                + (running.ports().isEmpty() ? "waits" : "listens on " + running.ports()));
        stop.await();
        System.out.println("stand-in " + image.title() + ": ends");
        if (!running.ports().isEmpty()) {
            TimeUnit.SECONDS.sleep(LEAVE_SECONDS);
        }
        await(running.stop());
        await(standIns.close());
        await(vertx.close());
    }

    static VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                // Nothing is read from the class path: no directory for it is made in /tmp.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandFailure(CommandFailure.FAILED, "stand-in: " + (e.getCause() == null ? e : e.getCause()));
        }
    }
}
