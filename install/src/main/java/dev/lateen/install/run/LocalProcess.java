package dev.lateen.install.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A container as a process of this machine: started again when it ends, as a kubelet would, its output in a file, and ended with all that it started
 * itself. One virtual thread each, and a real one that waits for output.
 */
final class LocalProcess implements RunningContainer {
    /** What of the machine's own environment a process may see; all else is the pod's. */
    private static final Set<String> KEPT =
            Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "SHELL", "JAVA_HOME");

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

    private final Spec spec;
    private final Thread thread;
    private volatile @Nullable Process process;
    private volatile Health health = Health.STARTING;
    private volatile String state = "starting";
    /** Why it was ended by us, to be started again; empty if it ended by itself. */
    private volatile String endedFor = "";

    private volatile @Nullable OutputCopy output;
    private volatile boolean stopped;

    /** When a process that ended is started again: Kubernetes' {@code restartPolicy}. */
    enum Restart {
        ALWAYS,
        ON_FAILURE,
        NEVER;

        static Restart of(@Nullable String policy) {
            if ("Never".equals(policy)) {
                return NEVER;
            }
            return "OnFailure".equals(policy) ? ON_FAILURE : ALWAYS;
        }
    }

    /**
     * What to run.
     *
     * @param name stands before each line of its output
     * @param command program and arguments
     * @param environment its variables, beside a few of this machine's
     * @param directory where it runs; null for the current one
     * @param log the file its output is added to; the containers of a pod share it
     * @param restart what happens when it ends
     * @param grace how long it may take to end when it is told to
     * @param probes how it is known to be well
     */
    record Spec(
            String name,
            List<String> command,
            Map<String, String> environment,
            @Nullable Path directory,
            RollingFile log,
            Restart restart,
            Duration grace,
            Probing.Probes probes) {}

    private LocalProcess(Spec spec) {
        this.spec = spec;
        thread = Thread.ofVirtual().name("process " + spec.name()).unstarted(this::keepRunning);
    }

    static LocalProcess start(Spec spec) {
        LocalProcess process = new LocalProcess(spec);
        process.thread.start();
        return process;
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public String state() {
        OutputCopy now = output;
        // Without the count, which changes all the time: each change is told on the terminal.
        return now == null || now.reason().isEmpty() ? state : state + "; output is lost: " + now.reason();
    }

    @Override
    public void stop() {
        stopped = true;
        Process running = process;
        if (running != null) {
            end(running, spec.grace());
        }
        thread.interrupt();
    }

    private void keepRunning() {
        Duration backoff = FIRST_BACKOFF;
        try {
            while (!stopped) {
                long begin = System.nanoTime();
                Integer exit = runOnce();
                if (exit == null || stopped || isFinal(exit)) {
                    return;
                }
                boolean ranLong = System.nanoTime() - begin > LONG_ENOUGH.toNanos();
                backoff = ranLong ? FIRST_BACKOFF : backoff;
                health = Health.NOT_READY;
                state = endedFor + "ended with " + exit + ", starts again in " + seconds(backoff) + see();
                Thread.sleep(backoff);
                Duration doubled = backoff.multipliedBy(2);
                backoff = doubled.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : doubled;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeLog();
        }
    }

    /** Another container of the pod opens it again when it has something to say. */
    private void closeLog() {
        try {
            spec.log().close();
        } catch (IOException e) {
            // Nothing of what was written can still be lost: it is written without a buffer.
            return;
        }
    }

    private String see() {
        OutputCopy now = output;
        String lacking = now == null || now.lost() == 0 ? "" : ", which lacks " + now.lost() + " bytes";
        return " (see " + spec.log().file() + lacking + ")";
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private boolean isFinal(int exit) {
        boolean over = spec.restart() == Restart.NEVER || (spec.restart() == Restart.ON_FAILURE && exit == 0);
        if (over) {
            health = Health.NOT_READY;
            state = exit == 0 ? "completed" : "failed with " + exit + see();
        }
        return over;
    }

    /** Its exit code; null if it can't be started at all. */
    private @Nullable Integer runOnce() throws InterruptedException {
        Process started;
        try {
            started = builder(spec.command(), spec.environment(), spec.directory())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            health = Health.NOT_READY;
            state = "can't start " + spec.command().getFirst() + ": " + reason(e);
            return null;
        }
        process = started;
        if (stopped) {
            end(started, spec.grace());
        }
        endedFor = "";
        String running = "running, process " + started.pid();
        state = running;
        ProcessWatch watch = ProcessWatch.start(started, spec.probes(), new ProcessWatch.Verdict() {
            @Override
            public void health(Health now, String why) {
                health = now;
                state = why.isEmpty() ? running : running + ", " + why;
            }

            @Override
            public void restart(String why) {
                endedFor = why + ": ";
                end(started, spec.grace());
            }
        });
        Thread copying = keepOutput(started);
        int exit = started.waitFor();
        watch.stop();
        copying.join();
        return exit;
    }

    /** A program with the variables of a pod and a few of this machine's. */
    static ProcessBuilder builder(List<String> command, Map<String, String> environment, @Nullable Path directory) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().retainAll(KEPT);
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return builder;
    }

    /** The words in brackets at the end of the JDK's message, or all of it. */
    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage()).strip();
        int open = message.lastIndexOf('(');
        return open > 0 && message.endsWith(")") ? message.substring(open + 1, message.length() - 1) : message;
    }

    /** Not on a virtual thread: some hundred that wait in a pipe's read would hold up all others of this process. */
    private Thread keepOutput(Process started) {
        OutputCopy copy = new OutputCopy(spec.name(), spec.log()::write, OutputCopy.Clock.SYSTEM);
        output = copy;
        return Thread.ofPlatform().daemon().name("output " + spec.name()).start(() -> {
            try (var pipe = started.getInputStream()) {
                started.getOutputStream().close();
                copy.copy(pipe);
            } catch (IOException alreadyClosed) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void end(Process running, Duration grace) {
        List<ProcessHandle> family = running.descendants().toList();
        running.destroy();
        family.forEach(ProcessHandle::destroy);
        try {
            if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
