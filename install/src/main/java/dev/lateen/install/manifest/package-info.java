/** What an installation consists of: values in Istio's shapes go in, Kubernetes objects come out. Pure. */
@NullMarked
package dev.lateen.install.manifest;

import org.jspecify.annotations.NullMarked;
