package dev.lateen.istiod.kubernetes.connection;

import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tokens that stand in a file of their own and are renewed there. The library passes over a kubeconfig's {@code tokenFile}. */
final class TokenFiles {
    private TokenFiles() {}

    /**
     * The same config, with the token of its user read anew for each call if a file is named for it.
     *
     * @param config of that file's current context
     * @throws IOException if the kubeconfig or the file can't be read
     */
    static Config followed(Config config, Path kubeconfig) throws IOException {
        String user = config.getCurrentContext().getContext().getUser();
        Optional<Path> file = new KubernetesSerialization()
                        .unmarshal(Files.readString(kubeconfig), io.fabric8.kubernetes.api.model.Config.class)
                        .getUsers()
                        .stream()
                        .filter(one -> one.getName().equals(user))
                        .map(NamedAuthInfo::getUser)
                        .filter(one -> one != null
                                && one.getTokenFile() != null
                                && !one.getTokenFile().isEmpty())
                        .map(one -> kubeconfig.toAbsolutePath().resolveSibling(one.getTokenFile()))
                        .findFirst();
        if (file.isPresent()) {
            Path token = file.get();
            if (!Files.isReadable(token)) {
                throw new IOException("--kubeconfig: " + kubeconfig + ": tokenFile " + token
                        + " can't be read (expected: a file with a token)");
            }
            config.setOauthTokenProvider(() -> text(token));
        }
        return config;
    }

    /** What stands in the file now. */
    static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
