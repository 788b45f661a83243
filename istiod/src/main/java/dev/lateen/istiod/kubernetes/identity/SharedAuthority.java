package dev.lateen.istiod.kubernetes.identity;

import dev.lateen.istiod.ca.AuthorityReader;
import dev.lateen.istiod.ca.AuthorityTexts;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.watch.Watched;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority that all control planes of a cluster share: the one in the Secret {@code cacerts}, which a user gives, or else the one in {@code istio-ca-secret}, which the
 * first control plane makes. Both are watched: a Secret that is changed, or given later, is followed; one that is no good leaves what was. One of ours that is deleted is written back by the leader, or
 * the mesh would lose its root with the last control plane that knows it. Safe from any thread.
 */
public final class SharedAuthority implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedAuthority.class);
    private static final String GIVEN = "cacerts";
    private static final String OWN = "istio-ca-secret";
    /** Istio's type of the Secret that it makes. */
    private static final String TYPE = "istio.io/ca-root";

    private static final int CONFLICT = 409;

    /** Whoever replaces the Secret by another deletes it first; and who takes all away deletes the control plane, too. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final ApiServer server;
    private final String namespace;
    private final AuthorityReader reader;
    private final BiConsumer<String, @Nullable String> notes;
    private final CertificateAuthority authority;
    /** The good Secrets, by name. */
    private final Map<String, CertificateAuthority> found = new ConcurrentHashMap<>();

    private final List<Watched<Secret>> watched = new ArrayList<>();

    /** Our own as it was good last; null if there never was one. */
    private volatile @Nullable Map<String, String> lastOwn;

    private SharedAuthority(
            ApiServer server,
            String namespace,
            String trustDomain,
            AuthorityReader reader,
            BiConsumer<String, @Nullable String> notes)
            throws IOException {
        this.notes = notes;
        this.server = server;
        this.namespace = namespace;
        this.reader = reader;
        this.authority = first(trustDomain);
    }

    /**
     * The authority of a cluster, made if there is none. Blocks.
     *
     * @param namespace of the control plane
     * @param notes is told what is wrong with a Secret, by its name; null if nothing is any more
     * @throws IOException in one sentence, if it can't be read or makes no sense
     */
    public static SharedAuthority open(
            ApiServer server,
            String namespace,
            String trustDomain,
            AuthorityReader reader,
            BiConsumer<String, @Nullable String> notes)
            throws IOException {
        try {
            SharedAuthority shared = new SharedAuthority(server, namespace, trustDomain, reader, notes);
            shared.watch();
            return shared;
        } catch (KubernetesClientException e) {
            throw new IOException(
                    server.sentence(e) + " (expected: the authority in a Secret of " + namespace + ")", e);
        }
    }

    private CertificateAuthority first(String trustDomain) throws IOException {
        Secret given = get(GIVEN);
        if (given != null) {
            return reader.read(new InSecret(namespace, given));
        }
        Secret own = get(OWN);
        Secret good = own == null ? make(trustDomain) : own;
        CertificateAuthority read = reader.read(new InSecret(namespace, good));
        lastOwn = good.getData();
        return read;
    }

    /**
     * Writes our own Secret back for as long as this control plane leads, whenever it is gone, nobody gives another authority, and what it held signs still. One that is there is never touched, whatever is
     * in it.
     */
    public void keep() throws InterruptedException {
        boolean wasGone = false;
        while (true) {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            Map<String, String> last = lastOwn;
            boolean gone = last != null && found.isEmpty();
            if (gone && wasGone && last != null) {
                writeBack(last);
            }
            wasGone = gone;
        }
    }

    private void writeBack(Map<String, String> data) {
        try {
            server.client().secrets().inNamespace(namespace).resource(own(data)).create();
            LOG.info("Secret {}/{} was gone and is written back", namespace, OWN);
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                LOG.warn("Secret {}/{} is gone and can't be written back: {}", namespace, OWN, server.sentence(e));
            }
        }
    }

    private Secret own(Map<String, String> data) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(OWN)
                .withNamespace(namespace)
                .endMetadata()
                .withType(TYPE)
                .withData(data)
                .build();
    }

    private @Nullable Secret get(String name) {
        return server.client().secrets().inNamespace(namespace).withName(name).get();
    }

    /** Of several control planes that find none, all but one find that there is one by now. */
    private Secret make(String trustDomain) throws IOException {
        KeyPairAndChain root = reader.newRoot(trustDomain);
        Secret made = own(Map.of(
                AuthorityTexts.CERTIFICATE,
                base64(root.chainPem()),
                AuthorityTexts.KEY,
                base64(root.keyPem()),
                AuthorityTexts.ROOT,
                base64(root.chainPem()),
                AuthorityTexts.CHAIN,
                ""));
        try {
            return server.client()
                    .secrets()
                    .inNamespace(namespace)
                    .resource(made)
                    .create();
        } catch (KubernetesClientException e) {
            Secret others = e.getCode() == CONFLICT ? get(OWN) : null;
            if (others == null) {
                throw e;
            }
            return others;
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void watch() {
        for (String name : List.of(GIVEN, OWN)) {
            Watched<Secret> one = new Watched<>(
                    "secrets " + namespace + "/" + name,
                    server.client().secrets().inNamespace(namespace).withField("metadata.name", name),
                    Secret::new,
                    new Watched.Target<>() {
                        @Override
                        public void is(Secret secret) {
                            take(name, secret);
                        }

                        @Override
                        public void gone(Secret secret) {
                            found.remove(name);
                            notes.accept(
                                    name,
                                    found.isEmpty()
                                            ? "Secret " + namespace + "/" + name
                                                    + " is gone; what signed last goes on signing"
                                            : null);
                            sign(name);
                        }
                    },
                    () -> {});
            watched.add(one);
            one.start();
        }
    }

    private void take(String name, Secret secret) {
        try {
            found.put(name, reader.read(new InSecret(namespace, secret)));
            if (name.equals(OWN)) {
                lastOwn = secret.getData();
            }
            notes.accept(name, null);
        } catch (IOException e) {
            notes.accept(name, e.getMessage() + "; what signed last goes on signing");
            return;
        }
        sign(name);
    }

    private void sign(String name) {
        CertificateAuthority now = found.getOrDefault(GIVEN, found.get(OWN));
        if (now != null) {
            String before = authority.rootPem();
            authority.become(now);
            if (!before.equals(authority.rootPem())) {
                LOG.info("Secret {}/{}: another authority signs from now on", namespace, name);
            }
        }
    }

    /** What signs; the same object whatever is in the Secrets. */
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public void close() {
        watched.forEach(Watched::close);
    }

    /** The texts of a Secret; Istio's own have empty ones where a directory has no file. */
    private static final class InSecret implements AuthorityTexts {
        private final String namespace;
        private final String name;
        private final Map<String, String> texts = new HashMap<>();

        InSecret(String namespace, Secret secret) {
            this.namespace = namespace;
            this.name = secret.getMetadata().getName();
            Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
            data.forEach((key, value) -> {
                String text = new String(Base64.getMimeDecoder().decode(value), StandardCharsets.ISO_8859_1);
                if (!text.isBlank()) {
                    texts.put(key, text);
                }
            });
            // A root that signs itself needs no second text of itself.
            if (texts.containsKey(CERTIFICATE)) {
                texts.putIfAbsent(ROOT, texts.getOrDefault(CERTIFICATE, ""));
            }
        }

        @Override
        public boolean has(String text) {
            return texts.containsKey(text);
        }

        @Override
        public String text(String text) throws IOException {
            String found = texts.get(text);
            if (found == null) {
                throw wrong(text, "missing (accepted: PEM)");
            }
            return found;
        }

        @Override
        public IOException wrong(String text, String message) {
            return new IOException("Secret " + namespace + "/" + name + " " + text + ": " + message);
        }
    }
}
