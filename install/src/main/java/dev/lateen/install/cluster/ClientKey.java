package dev.lateen.install.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * Of what kind the key of a kubeconfig is. The client takes each for one of RSA unless it is told otherwise, and only a key in SEC 1 form says so by its first
 * line.
 */
final class ClientKey {
    private static final String PKCS8 = "-----BEGIN PRIVATE KEY-----";

    private ClientKey() {}

    /** Tells a configuration of what kind its key is, if it has one. */
    static void settle(Config config) {
        String pem = pem(config);
        if (pem.contains("BEGIN EC PRIVATE KEY") || isEllipticPkcs8(pem)) {
            config.setClientKeyAlgo("EC");
        }
    }

    private static String pem(Config config) {
        try {
            if (config.getClientKeyData() != null) {
                byte[] decoded = Base64.getMimeDecoder().decode(config.getClientKeyData());
                return new String(decoded, StandardCharsets.US_ASCII);
            }
            return config.getClientKeyFile() == null ? "" : Files.readString(Path.of(config.getClientKeyFile()));
        } catch (IOException | IllegalArgumentException e) {
            // The client says what is wrong with it when it reads it.
            return "";
        }
    }

    private static boolean isEllipticPkcs8(String pem) {
        int begin = pem.indexOf(PKCS8);
        int end = pem.indexOf("-----END", begin + 1);
        if (begin < 0 || end < 0) {
            return false;
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + PKCS8.length(), end));
            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
