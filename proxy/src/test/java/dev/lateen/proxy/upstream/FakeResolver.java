package dev.lateen.proxy.upstream;

import static java.util.Objects.requireNonNull;

import dev.lateen.proxy.transport.NameResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A name server with a table that tests write. */
public final class FakeResolver implements NameResolver {
    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<String, CompletableFuture<Answer>> held = new HashMap<>();
    public final List<String> asked = new ArrayList<>();

    public void answer(String name, Duration timeToLive, String... addresses) {
        List<InetAddress> list = new ArrayList<>();
        for (String address : addresses) {
            list.add(InetAddress.ofLiteral(address));
        }
        answers.put(name, new Answer(list, timeToLive));
    }

    public void fail(String name) {
        answers.remove(name);
    }

    /** From now on who asks waits for {@link #release}. */
    void hold(String name) {
        held.put(name, new CompletableFuture<>());
    }

    /** Answers who waits, as the table says. */
    void release(String name) {
        CompletableFuture<Answer> waiting = requireNonNull(held.remove(name), "hold() first");
        resolve(name).whenComplete((answer, failure) -> {
            if (failure == null) {
                waiting.complete(answer);
            } else {
                waiting.completeExceptionally(failure);
            }
        });
    }

    @Override
    public CompletionStage<Answer> resolve(String name) {
        asked.add(name);
        CompletableFuture<Answer> waiting = held.get(name);
        if (waiting != null) {
            return waiting;
        }
        Answer answer = answers.get(name);
        return answer == null
                ? CompletableFuture.failedFuture(new UnknownHostException(name))
                : CompletableFuture.completedFuture(answer);
    }
}
