package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings.Revocation;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trust managers that check a chain against roots and nothing else: no host name. */
final class TrustRoots {
    private TrustRoots() {}

    /** The platform's own roots. */
    static X509ExtendedTrustManager system() throws TlsUnavailable {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            return x509(factory);
        } catch (GeneralSecurityException e) {
            throw new TlsUnavailable("system roots: " + e.getMessage());
        }
    }

    /**
     * The roots of a secret; with a revocation list every certificate of a chain must be covered by one, as Envoy demands, unless only the leaf is
     * asked about. @param revocation beside the secret's own lists
     */
    static X509ExtendedTrustManager of(Secret.ValidationContext secret, Revocation revocation) throws TlsUnavailable {
        String crlPem = secret.crlPem() + revocation.crlPem();
        List<X509Certificate> roots = PemMaterial.certificates(secret.name(), "trusted CA", secret.trustedCaPem());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), roots.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            if (crlPem.isEmpty()) {
                factory.init(store);
            } else {
                factory.init(checkingRevocation(
                        store, PemMaterial.revocationLists(secret.name(), crlPem), revocation.onlyLeaf()));
            }
            return x509(factory);
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsUnavailable("secret " + secret.name() + ": trusted CA: " + e.getMessage());
        }
    }

    private static CertPathTrustManagerParameters checkingRevocation(
            KeyStore store, Collection<? extends CRL> lists, boolean onlyLeaf) throws GeneralSecurityException {
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        // Lists only: asking a responder would block an event loop.
        EnumSet<PKIXRevocationChecker.Option> options =
                EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK);
        if (onlyLeaf) {
            options.add(PKIXRevocationChecker.Option.ONLY_END_ENTITY);
        }
        checker.setOptions(options);
        parameters.addCertPathChecker(checker);
        return new CertPathTrustManagerParameters(parameters);
    }

    private static X509ExtendedTrustManager x509(TrustManagerFactory factory) throws TlsUnavailable {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager x509) {
                return x509;
            }
        }
        throw new TlsUnavailable("no X.509 trust manager in this Java");
    }
}
