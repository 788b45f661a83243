package dev.lateen.istiod.jwks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.model.TokenKeys.Wanted;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JwksSourceTest {
    private static final ResourceKey KEY = new ResourceKey("", "Jwks", "issuer", "");
    private static final Wanted WANTED = new Wanted("issuer", "", Duration.ofSeconds(5));
    private static final Duration LONG = Duration.ofSeconds(30);

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger changes = new AtomicInteger();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final JwksSource source = new JwksSource(this::answer, Duration.ofMillis(1), nanos::get);

    private String answer(Wanted wanted) throws IOException, InterruptedException {
        threads.add(Thread.currentThread());
        asked.incrementAndGet();
        String answer = answers.take();
        if (answer.startsWith("!")) {
            throw new IOException(answer.substring(1));
        }
        return answer;
    }

    @AfterEach
    void close() {
        source.close();
        Awaitility.await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
    }

    private ConfigObject.OfKeys keys() {
        return (ConfigObject.OfKeys)
                ((Offer.Read) requireNonNull(source.current().objects().get(KEY))).object();
    }

    @Test
    void whatIsWantedIsFetchedAndFetchedAgain() throws Exception {
        source.onChange(_ -> changes.incrementAndGet());
        answers.add("one");
        source.want(Map.of(KEY, WANTED));
        assertThat(source.awaitFirst(LONG)).isTrue();
        assertThat(keys().jwks()).isEqualTo("one");
        assertThat(keys().failure()).isEmpty();
        answers.add("one");
        answers.add("two");
        Awaitility.await().untilAsserted(() -> assertThat(keys().jwks()).isEqualTo("two"));
        assertThat(changes).as("what is the same is no change").hasValue(2);
        source.want(Map.of(KEY, WANTED));
        assertThat(source.awaitFirst(LONG)).as("all was tried").isFalse();
    }

    @Test
    void oldKeysStayWhenThereAreNoNewerOnes() throws Exception {
        answers.add("one");
        source.want(Map.of(KEY, WANTED));
        source.awaitFirst(LONG);
        answers.add("!gone");
        Awaitility.await().untilAsserted(() -> assertThat(keys().failure()).isEqualTo("gone"));
        assertThat(keys().jwks()).isEqualTo("one");
    }

    @Test
    void keysAreNotTrustedForMoreThanAWeekWithoutAnyBodySayingThatTheyAreGood() throws Exception {
        answers.add("one");
        source.want(Map.of(KEY, WANTED));
        source.awaitFirst(LONG);
        nanos.addAndGet(Duration.ofDays(8).toNanos());
        answers.add("!gone");
        Awaitility.await().untilAsserted(() -> assertThat(keys().jwks()).isEmpty());
    }

    @Test
    void aFailureIsTold() throws Exception {
        answers.add("!refused");
        source.want(Map.of(KEY, WANTED));
        assertThat(source.awaitFirst(LONG)).isTrue();
        assertThat(keys()).satisfies(keys -> {
            assertThat(keys.jwks()).isEmpty();
            assertThat(keys.failure()).isEqualTo("refused");
        });
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatNobodyWantsIsForgotten() throws Exception {
        answers.add("one");
        source.want(Map.of(KEY, WANTED));
        source.awaitFirst(LONG);
        source.want(Map.of());
        assertThat(source.current().objects().isEmpty()).isTrue();
        Awaitility.await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
        answers.add("two");
        source.want(Map.of(KEY, WANTED));
        source.awaitFirst(LONG);
        assertThat(keys().jwks()).isEqualTo("two");
    }

    @Test
    void nobodyWaitsForeverForAServerThatHangs() throws Exception {
        source.want(Map.of(KEY, WANTED));
        assertThat(source.awaitFirst(Duration.ofMillis(10))).isFalse();
    }
}
