/**
 * `wash` 0.44.0 made it: `wash par create --vendor acme --name 'Tiny Provider' --revision 2 --version 0.2.0 --arch x86_64-linux --compress
 * --schema schema.json`, then `wash par insert --arch aarch64-linux`. Its programs are shell scripts that exit with 0 and 1.
 */
export const tinyArchive: Uint8Array = new Uint8Array(
  Buffer.from(
    'H4sIAAAAAAAC/+RSSXKrMBDNUXKClJiS8hIsRCBWO8ygTYrBDojB+HtEp//CqX+FbH6vutXDG0pVX7TD6YXfzk+/HugnFF1R/+VL' +
      'LLnxqmq/Q+JyOhd/np+f/tPYzR7aZWa7bb1jrfntZu01pVMtNWHYVSCyDXdEL3LuWDvd8j6CSJpcNEFp1yFVm3c2BBaMVsfiXHfb' +
      'W1ukBLn8cAfRKdvI1KjwdXl3qjS67Ft+DB8Qw5ryYE07bxMrAQuJV6Qxy3wF1mnHHLDvBSAgaZJ8JARw0t1JEk8MFPIZd0aY8lwk' +
      'rXtyR1Dy1n11e7YO+6mISI8jNG3lXkh7U4XE16jiyZpYoHgAEUv8PggiZIQRSdKUB7KgSooZibhnhZ2xXTTUKhG5Sm4un97cwWjK' +
      'NF64x0VqGC6x5lJjE3OS+TE7JBfmrGapuc1TOLNw4eX1teRFf/qPHl3r84abi8coz7yRZcG+cIgonET84JCmGuAA3D+XTn+ps2+J' +
      '6c4g4pmKTpd+EYotApysqW3PlD9yC7CtbSOCAcWGLz0NcDVDl+s+tzDl1Q1EbVFB9YB/36kgeBsHeOG9w99qJnK0Se9TOSb6g6Mw' +
      'VV8w7EcVorhSgJsCsCnvVzpwJvErLYhMhYp8BkRs2TMkhhZgspZ3LYgkBmaOj2Lko1yjUY391ltJzbxUjaFI632lwoGlSvPQPAZG' +
      '5Ty8vebD1OfyD+4zJP2rGznXVGQ1s4xNldpfy8VPDb0ci8nRhzEjdT1db/ppQquv98zdG7eDOI4rduxO181qRDsM/Jzdz++2sUVN' +
      'r39udvXFmez7rvRWH+9fc+O99aUbfJnqyTL/AgAA///k1LsJACEQBNDcKu64+Pyhi90IguCCmKiw5WtkYAEmVjADw7w7/08OPJg/' +
      'Y+nEA5aT2Ut8rXb/wUh7psTl/n+vmKuLmlgkbI9kAwAA///s1KENAAAIAzDPNxi4h2DQ/C+wKCSIsQuWJR3qEKAxS4+jA5j8i+pO' +
      'ifff/TMVAAAA///s0IEAAAAAgCB/60EuhK4RADMBAAD//wMAA+hvMgASAAA=',
    'base64',
  ),
);
