package dev.lateen.istiod.jwks;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.config.ChangeListener;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.model.TokenKeys;
import dev.lateen.istiod.model.TokenKeys.Wanted;
import dev.lateen.istiod.persistent.PersistentMap;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys of issuers as a source of configuration: what rules want is fetched, each set by a virtual thread of its own, and fetched again in time; after a failure after a minute, then twice as long, an hour at
 * most. Old keys stay as long as there are no newer ones, a week at most. Safe from any thread; never blocks but where it says so.
 */
public final class JwksSource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(JwksSource.class);
    private static final Origin ORIGIN = new Origin.InFile("keys of issuers", 1, 0);
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration LAST_RETRY = Duration.ofHours(1);
    /** Istio's: older keys are not trusted. */
    private static final Duration TRUSTED = Duration.ofDays(7);

    private final KeyFetch fetch;
    private final Duration refresh;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private final Map<ResourceKey, Keeping> kept = new HashMap<>();
    private volatile Offers offers = Offers.NOTHING;
    private volatile ChangeListener listener = _ -> {};
    private PersistentMap<ResourceKey, Offer> whenWanted = PersistentMap.empty();
    private boolean closed;

    JwksSource(KeyFetch fetch, Duration refresh, LongSupplier nanos) {
        this.fetch = fetch;
        this.refresh = refresh;
        this.nanos = nanos;
    }

    /** Fetches by HTTP. @param nanos a monotonic clock */
    public static JwksSource open(Vertx vertx, JwksBootstrap settings, LongSupplier nanos) {
        return new JwksSource(new HttpKeyFetch(vertx, settings, nanos), settings.refresh(), nanos);
    }

    /** One set of keys. Guarded by the lock, but for the thread's own fetching. */
    private final class Keeping {
        final ResourceKey key;
        final Wanted wanted;
        final Thread thread;
        String jwks = "";
        long fetchedNanos;
        boolean tried;

        Keeping(ResourceKey key, Wanted wanted) {
            this.key = key;
            this.wanted = wanted;
            this.thread = Thread.ofVirtual().name("keys of " + wanted.issuer()).unstarted(this::keep);
        }

        private void keep() {
            Duration retry = FIRST_RETRY;
            try {
                while (true) {
                    String failure = fetchOnce();
                    publish(this, failure);
                    Duration pause = failure.isEmpty() ? refresh : retry;
                    retry = failure.isEmpty() ? FIRST_RETRY : longer(retry);
                    Thread.sleep(pause);
                }
            } catch (InterruptedException e) {
                LOG.debug("keys of {} are not wanted any more", wanted.issuer());
            }
        }

        private String fetchOnce() throws InterruptedException {
            try {
                jwks = fetch.fetch(wanted);
                fetchedNanos = nanos.getAsLong();
                return "";
            } catch (IOException | RuntimeException e) {
                if (nanos.getAsLong() - fetchedNanos > TRUSTED.toNanos()) {
                    jwks = "";
                }
                LOG.warn("Keys of {} can't be fetched: {}", wanted.issuer(), e.getMessage());
                return String.valueOf(e.getMessage());
            }
        }
    }

    private static Duration longer(Duration retry) {
        Duration twice = retry.multipliedBy(2);
        return twice.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : twice;
    }

    /** Says which keys are needed from now on; others are forgotten. */
    public void want(Map<ResourceKey, Wanted> wanted) {
        lock.lock();
        try {
            Set<ResourceKey> gone = new HashSet<>(kept.keySet());
            wanted.forEach((key, each) -> {
                Keeping known = kept.get(key);
                if (known != null && known.wanted.equals(each)) {
                    gone.remove(key);
                }
            });
            gone.forEach(this::forget);
            whenWanted = offers.objects();
            if (!closed) {
                wanted.forEach((key, each) -> kept.computeIfAbsent(key, _ -> begin(key, each)));
            }
        } finally {
            lock.unlock();
        }
    }

    private Keeping begin(ResourceKey key, Wanted wanted) {
        Keeping keeping = new Keeping(key, wanted);
        keeping.thread.start();
        return keeping;
    }

    private void forget(ResourceKey key) {
        Keeping known = kept.remove(key);
        if (known != null) {
            known.thread.interrupt();
            offers = new Offers(offers.objects().without(key), null, List.of());
        }
    }

    /**
     * Waits until all that is wanted was tried once. Blocks.
     *
     * @return whether something is new since it was said what is wanted
     */
    public boolean awaitFirst(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (left > 0 && kept.values().stream().anyMatch(each -> !each.tried)) {
                left = told.awaitNanos(left);
            }
            return !whenWanted.equals(offers.objects());
        } finally {
            lock.unlock();
        }
    }

    private void publish(Keeping keeping, String failure) {
        ConfigObject.OfKeys now = new ConfigObject.OfKeys(keeping.key, ORIGIN, keeping.jwks, failure);
        boolean changed = false;
        lock.lock();
        try {
            if (kept.get(keeping.key) != keeping) {
                return;
            }
            keeping.tried = true;
            PersistentMap<ResourceKey, Offer> before = offers.objects();
            if (!(before.get(keeping.key) instanceof Offer.Read read && now.says(read.object()))) {
                offers = new Offers(before.with(keeping.key, new Offer.Read(now, List.of())), null, List.of());
                changed = true;
            }
            told.signalAll();
        } finally {
            lock.unlock();
        }
        if (changed) {
            listener.changed(true);
        }
    }

    @Override
    public String cluster() {
        return TokenKeys.SOURCE;
    }

    @Override
    public Offers current() {
        return offers;
    }

    @Override
    public void onChange(ChangeListener heard) {
        listener = heard;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            Set.copyOf(kept.keySet()).forEach(this::forget);
            listener = _ -> {};
        } finally {
            lock.unlock();
        }
    }
}
