package dev.lateen.istiod.kubernetes.connection;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Says of what kind a kubeconfig's client key is: the library takes each that doesn't say so in its first line for RSA. */
public final class ClientKeys {
    private static final String ANY = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END";

    private ClientKeys() {}

    /**
     * The same config with the kind of its key.
     *
     * @throws IOException if the key stands in a file that can't be read
     */
    public static Config withAlgorithm(Config config) throws IOException {
        String pem = pem(config);
        int begin = pem.indexOf(ANY);
        int end = pem.indexOf(END, Math.max(0, begin));
        boolean sec1 = pem.contains("-----BEGIN EC PRIVATE KEY-----");
        if (sec1 || begin >= 0 && end > begin && isOfACurve(pem.substring(begin + ANY.length(), end))) {
            config.setClientKeyAlgo("EC");
        }
        return config;
    }

    private static String pem(Config config) throws IOException {
        if (config.getClientKeyData() != null) {
            byte[] bytes = Base64.getMimeDecoder().decode(config.getClientKeyData());
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return config.getClientKeyFile() == null ? "" : Files.readString(Path.of(config.getClientKeyFile()));
    }

    private static boolean isOfACurve(String base64) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(base64);
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes)) != null;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
