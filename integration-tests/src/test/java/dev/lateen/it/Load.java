package dev.lateen.it;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Users who ask again and again, each on a connection of its own, until closed; whatever is not a 200 is a failure. */
final class Load implements AutoCloseable {
    private final List<Thread> users = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final Duration pause;
    private volatile boolean running = true;

    /** @param onBody told of every good body, by any thread */
    Load(int connections, String url, Consumer<String> onBody) {
        this(connections, Duration.ZERO, Web::direct, url, onBody);
    }

    /**
     * @param pause of each user between an answer and the next question, so that the machine has time for what is tested
     * @param client how each of them asks
     */
    Load(int connections, Duration pause, Supplier<Web> client, String url, Consumer<String> onBody) {
        this.pause = pause;
        for (int i = 0; i < connections; i++) {
            users.add(Thread.ofPlatform().daemon().start(() -> ask(client, url, onBody)));
        }
    }

    private void ask(Supplier<Web> client, String url, Consumer<String> onBody) {
        try (Web web = client.get()) {
            while (running) {
                askOnce(web, url, onBody);
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }

    private void askOnce(Web web, String url, Consumer<String> onBody) {
        long asked = System.nanoTime();
        try {
            HttpResponse<String> response = web.get(url);
            if (response.statusCode() == 200) {
                answered.incrementAndGet();
                onBody.accept(response.body());
            } else {
                failures.add(response.statusCode() + " " + response.body() + after(asked));
            }
        } catch (IOException e) {
            failures.add(e + after(asked));
        } catch (InterruptedException e) {
            running = false;
        }
    }

    /** A failure at once and one after an application's own time limit have other causes. */
    private static String after(long asked) {
        return " after " + (System.nanoTime() - asked) / 1_000_000 + " ms";
    }

    long answered() {
        return answered.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Ends after the requests in flight. */
    void stop() {
        running = false;
        try {
            for (Thread user : users) {
                user.join(40_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
