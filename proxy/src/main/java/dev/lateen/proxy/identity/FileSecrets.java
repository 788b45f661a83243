package dev.lateen.proxy.identity;

import dev.lateen.proxy.model.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets that Istio's agent reads from files, by their names: {@code file-cert:CHAIN~KEY}, {@code file-root:ROOTS}, and {@code file-root:system} for the
 * roots of the operating system. A name is looked for at once when it is wanted, and its files once a second from then on: what has changed is read and brought again. What
 * can't be used is told once, and what it said before stays in force. Safe for use by several threads.
 */
public final class FileSecrets implements SecretSource {
    private static final Logger LOG = LoggerFactory.getLogger(FileSecrets.class);
    private static final String CERTIFICATE = "file-cert:";
    private static final String ROOT = "file-root:";
    private static final String SYSTEM = "system";
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Where Linux distributions, the BSDs and macOS keep their roots, as Go's crypto/x509 and Istio's agent look for them. */
    private static final List<Path> SYSTEM_ROOTS = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/pki/tls/cacert.pem"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"),
            Path.of("/usr/local/etc/ssl/cert.pem"));

    private final Surroundings around;
    private final Consumer<Secret> onSecret;
    private final Consumer<String> onAbsent;
    private final List<Path> systemRoots;
    private volatile Map<String, Wish> wishes = Map.of();
    private boolean looking;
    private boolean closed;
    private Runnable cancelTimer = () -> {};

    private record Stamp(long size, long modified, @Nullable Object key) {}

    /** One time that a name is wanted: who wants it again later is told again, though the files are the same. Its fields belong to whoever looks. */
    private static final class Wish {
        /** The files as they were when they were read; null before, and after they could not be used. */
        private @Nullable List<Stamp> read;

        /** What was wrong with them at the last look; empty for nothing. */
        private String problem = "";

        private boolean looked;
    }

    /**
     * Nothing is wanted yet.
     *
     * @param onSecret told of every secret that was read; must not block
     * @param onAbsent told of the names of secrets that can't be read, and were not since they are wanted; must not block
     */
    public FileSecrets(Surroundings around, Consumer<Secret> onSecret, Consumer<String> onAbsent) {
        this(around, onSecret, onAbsent, SYSTEM_ROOTS);
    }

    FileSecrets(Surroundings around, Consumer<Secret> onSecret, Consumer<String> onAbsent, List<Path> systemRoots) {
        this.around = around;
        this.onSecret = onSecret;
        this.onAbsent = onAbsent;
        this.systemRoots = List.copyOf(systemRoots);
    }

    @Override
    public boolean brings(String name) {
        return name.startsWith(CERTIFICATE) || name.startsWith(ROOT);
    }

    @Override
    public void want(Set<String> names) {
        Map<String, Wish> before = wishes;
        if (before.keySet().equals(names)) {
            return;
        }
        Map<String, Wish> now = new HashMap<>();
        names.forEach(name -> now.put(name, before.getOrDefault(name, new Wish())));
        wishes = Map.copyOf(now);
        if (!before.keySet().containsAll(names)) {
            lookSoon();
        }
    }

    /** Looks at no file any more. */
    public synchronized void close() {
        closed = true;
        cancelTimer.run();
    }

    private synchronized void lookSoon() {
        if (!closed) {
            cancelTimer.run();
            // One look at a time; the next is due when this one is over.
            if (!looking) {
                begin();
            }
        }
    }

    private void begin() {
        looking = true;
        Map<String, Wish> seen = wishes;
        around.blocking(() -> {
                    seen.forEach(this::look);
                    return seen;
                })
                .onComplete(looked -> lookedAt(seen, looked.cause()));
    }

    private synchronized void lookedAt(Map<String, Wish> seen, @Nullable Throwable failure) {
        looking = false;
        if (failure != null) {
            LOG.error("secret files could not be looked at; trying again", failure);
        }
        Map<String, Wish> now = wishes;
        if (closed || now.isEmpty()) {
            return;
        }
        if (seen.entrySet().containsAll(now.entrySet())) {
            cancelTimer = around.after(INTERVAL, this::lookSoon);
        } else {
            begin();
        }
    }

    private void look(String name, Wish wish) {
        try {
            List<Path> files = files(name);
            // Noted before it is read: what changes meanwhile is read again.
            List<Stamp> stamps = stamps(files);
            if (!stamps.equals(wish.read)) {
                onSecret.accept(read(name, files));
                wish.read = stamps;
                wish.problem = "";
            }
        } catch (IOException | CertificateException | RuntimeException | LinkageError e) {
            // Whatever one file does to a parser, the others are looked at.
            fail(name, wish, String.valueOf(e));
        }
        wish.looked = true;
    }

    private void fail(String name, Wish wish, String problem) {
        if (!wish.problem.equals(problem)) {
            LOG.warn("secret {}: {}; until it can be used, handshakes that need it fail", name, problem);
        }
        if (!wish.looked) {
            onAbsent.accept(name);
        }
        wish.read = null;
        wish.problem = problem;
    }

    private List<Path> files(String name) throws IOException {
        if (name.startsWith(CERTIFICATE)) {
            String pair = name.substring(CERTIFICATE.length());
            int tilde = pair.indexOf('~');
            if (tilde < 0) {
                throw new IOException("no key named (expected: file-cert:CHAIN~KEY)");
            }
            return List.of(Path.of(pair.substring(0, tilde)), Path.of(pair.substring(tilde + 1)));
        }
        String root = name.substring(ROOT.length());
        return List.of(root.equals(SYSTEM) ? systemRoots() : Path.of(root));
    }

    private Path systemRoots() throws IOException {
        return systemRoots.stream()
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(() -> new IOException("this system has no roots in any of " + systemRoots
                        + " (set caCertificates in the DestinationRule)"));
    }

    private static List<Stamp> stamps(List<Path> files) throws IOException {
        Stamp[] stamps = new Stamp[files.size()];
        for (int i = 0; i < stamps.length; i++) {
            BasicFileAttributes attributes = Files.readAttributes(files.get(i), BasicFileAttributes.class);
            stamps[i] =
                    new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
        }
        return List.of(stamps);
    }

    private static Secret read(String name, List<Path> files) throws IOException, CertificateException {
        String first = Files.readString(files.getFirst(), StandardCharsets.ISO_8859_1);
        int certificates = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(first.getBytes(StandardCharsets.ISO_8859_1)))
                .size();
        if (certificates == 0) {
            throw new CertificateException(files.getFirst() + ": no certificate in PEM");
        }
        if (files.size() == 1) {
            return new Secret.ValidationContext(name, first, "");
        }
        Path keyFile = Objects.requireNonNull(files.getLast());
        String key = Files.readString(keyFile, StandardCharsets.ISO_8859_1);
        if (!key.contains("PRIVATE KEY-----")) {
            throw new CertificateException(keyFile + ": no private key in PEM");
        }
        return new Secret.TlsCertificate(name, first, key);
    }
}
