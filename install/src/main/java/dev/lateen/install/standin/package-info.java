/** Stands in for Istio's sample containers: small servers with the same HTTP interface and JSON as the originals, all on shared event loops. */
@NullMarked
package dev.lateen.install.standin;

import org.jspecify.annotations.NullMarked;
